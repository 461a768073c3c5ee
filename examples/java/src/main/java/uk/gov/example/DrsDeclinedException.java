package uk.gov.example;

/** DRS declines: its answer has status error. */
public final class DrsDeclinedException extends RuntimeException {
    public DrsDeclinedException(String message) {
        super(message);
    }
}
