package uk.gov.example;

/** DRS did not answer, or something else answered. It may have done what it was asked. */
public final class NoAnswerException extends RuntimeException {
    public NoAnswerException(String message, Throwable cause) {
        super(message, cause);
    }
}
