<?php

declare(strict_types=1);

/** DRS declines: its answer has status error. */
final class DrsDeclined extends RuntimeException
{
}

/** DRS did not answer, or something else answered. It may have done what it was asked. */
final class NoAnswer extends RuntimeException
{
}

/** Finds and books appointments for repairs in DRS. */
final class Repairs
{
    // The default profile of the simulator has this property, schedule of rates code and priority.
    private const CONTRACT = '0';
    private const LOCATION = '3670010';
    private const SOR_CODE = 'N373049';
    private const PRIORITY = 'Priority 20 Days';
    private const USER = 'repairs@example.gov.uk';

    private const MAX_PERIODS = 6;
    private const MAX_SLOTS = 3;
    private const MAX_TRIES = 3;
    private const SECONDS_BETWEEN_TRIES = 0.2;

    private SoapClient $soap;
    private DateTimeZone $zone;
    private ?string $session = null;

    public function __construct(string $url, private string $login, private string $password, int $timeout = 10)
    {
        ini_set('default_socket_timeout', (string) $timeout);
        $this->zone = new DateTimeZone('Europe/London');
        $this->soap = new SoapClient("$url?wsdl", [
            'location' => $url,
            'cache_wsdl' => WSDL_CACHE_NONE,
            'features' => SOAP_SINGLE_ELEMENT_ARRAYS,
            'keep_alive' => false,
        ]);
    }

    /**
     * Finds the next days with a free slot, from tomorrow on.
     *
     * @return list<list<object>> The free slots of each day, with beginDate and endDate.
     * @throws DrsDeclined|NoAnswer
     */
    public function findDays(string $number, int $wanted = 5): array
    {
        $days = [];
        $begin = new DateTimeImmutable('tomorrow', $this->zone);
        for ($period = 0; $period < self::MAX_PERIODS && count($days) < $wanted; $period++) {
            $end = $begin->modify('+6 days')->setTime(23, 59, 59);
            $answer = $this->tryAgain(fn () => $this->ask('checkAvailability', [
                'canSelectOtherOrders' => false,
                'newBooking' => true,
                'periodBegin' => $begin->format(DATE_ATOM),
                'periodEnd' => $end->format(DATE_ATOM),
                'theOrder' => $this->describe($number),
            ]));
            foreach ($answer->theSlots ?? [] as $day) {
                $free = array_filter($day->slotsForDay ?? [], fn ($slot) => $slot->available === 'YES');
                if ($free !== []) {
                    $days[] = array_values($free);
                }
                // DRS may cut the period: the next one begins after the last day that came back.
                $end = new DateTimeImmutable($day->day);
            }
            $begin = $end->setTimezone($this->zone)->modify('+1 day')->setTime(0, 0);
        }
        return array_slice($days, 0, $wanted);
    }

    /**
     * Books the first slot that DRS grants. If DRS grants none, deletes the order and returns null.
     * If DRS does not answer, deletes what it may have of the order.
     *
     * @param list<object> $slots
     * @throws DrsDeclined|NoAnswer
     */
    public function book(string $number, array $slots): ?object
    {
        if ($slots === []) {
            return null;
        }
        try {
            $booking = $this->createOrder($number);
            foreach (array_slice($slots, 0, self::MAX_SLOTS) as $slot) {
                try {
                    $this->schedule($booking, $number, $slot);
                    return $slot;
                } catch (DrsDeclined) {
                    continue; // The slot is full.
                }
            }
        } catch (NoAnswer $error) {
            try {
                $this->deleteOrder($number);
            } catch (DrsDeclined | NoAnswer) {
                // DRS does not have the order, or does not answer: there is no more to be done.
            }
            throw $error;
        }
        $this->deleteOrder($number);
        return null;
    }

    /** Closes the session. What DRS says to that changes nothing. */
    public function close(): void
    {
        try {
            if ($this->session !== null) {
                $this->ask('closeSession', []);
            }
        } catch (DrsDeclined | NoAnswer) {
            // It ends at midnight.
        }
        $this->session = null;
    }

    /** Creates the order and returns the id of its booking. */
    private function createOrder(string $number): int
    {
        try {
            $answer = $this->ask('createOrder', ['theOrder' => $this->describe($number)]);
        } catch (NoAnswer) {
            // DRS may have the order. A second createOrder comes only after a look.
            $order = $this->find($number);
            if ($order !== null) {
                return $order->theBookings[0]->bookingId;
            }
            $answer = $this->ask('createOrder', ['theOrder' => $this->describe($number)]);
        }
        return $answer->theOrder->theBookings[0]->bookingId;
    }

    private function deleteOrder(string $number): void
    {
        $this->tryAgain(fn () => $this->ask('deleteOrder', ['theOrder' => $this->describe($number)]));
    }

    /** Puts the booking into the slot. */
    private function schedule(int $booking, string $number, object $slot): void
    {
        $request = [
            'force' => false,
            'timeLock' => false,
            'userId' => self::USER,
            'theBooking' => [
                'bookingId' => $booking,
                'bookingReason' => 'first',
                'contract' => self::CONTRACT,
                'duration' => 0,
                'isEmergency' => false,
                'isNextBooking' => false,
                'locationID' => self::LOCATION,
                'orderId' => 0,
                'planningWindowEnd' => $slot->endDate,
                'planningWindowStart' => $slot->beginDate,
                'primaryOrderNumber' => $number,
                'theBookingCodes' => [$this->describeWork($number)],
                'userId' => self::USER,
            ],
        ];
        try {
            $this->ask('scheduleBooking', $request);
        } catch (NoAnswer) {
            $window = $this->find($number)?->theBookings[0] ?? null;
            if (isset($window->assignedStart) && self::isSame($window->planningWindowStart, $slot->beginDate)) {
                return; // DRS has done it; only its answer was lost.
            }
            $this->ask('scheduleBooking', $request);
        }
    }

    /** Finds the order in DRS; null if DRS does not have it. */
    private function find(string $number): ?object
    {
        try {
            $request = ['includeCompletedBookings' => false, 'primaryOrderNumber' => [$number]];
            $answer = $this->tryAgain(fn () => $this->ask('selectOrder', $request));
        } catch (DrsDeclined) {
            return null;
        }
        return $answer->theOrders[0] ?? null;
    }

    /** Calls what may be called again: it changes nothing, or nothing more the next time. */
    private function tryAgain(callable $call): object
    {
        for ($tried = 1; ; $tried++) {
            try {
                return $call();
            } catch (NoAnswer $error) {
                if ($tried === self::MAX_TRIES) {
                    throw $error;
                }
                usleep((int) (self::SECONDS_BETWEEN_TRIES * 1_000_000));
            }
        }
    }

    /** Calls DRS in a session. If the session has ended, opens another one and calls once more. */
    private function ask(string $operation, array $request): object
    {
        $this->session ??= $this->openSession();
        try {
            return $this->send($operation, $request + ['sessionId' => $this->session]);
        } catch (DrsDeclined $refusal) {
            if (stripos($refusal->getMessage(), 'session') === false || $operation === 'closeSession') {
                throw $refusal;
            }
        }
        $this->session = $this->openSession();
        return $this->send($operation, $request + ['sessionId' => $this->session]);
    }

    private function openSession(): string
    {
        $request = ['login' => $this->login, 'password' => $this->password];
        return $this->send('openSession', $request)->sessionId;
    }

    private function send(string $operation, array $request): object
    {
        try {
            // Every request has an id. SoapClient does not know the WSDL's default for it, which is 0.
            $answer = $this->soap->__soapCall($operation, [[$operation => $request + ['id' => 0]]])->return ?? null;
        } catch (SoapFault $fault) {
            throw new NoAnswer("$operation: {$fault->getMessage()}", 0, $fault);
        }
        if (!isset($answer->status)) {
            throw new NoAnswer("$operation: the answer is not one of DRS");
        }
        if ($answer->status !== 'success') {
            throw new DrsDeclined("$operation: " . ($answer->errorMsg ?? $answer->status));
        }
        return $answer;
    }

    /** The order. SoapClient wants every member that the WSDL requires, even where DRS does not read it. */
    private function describe(string $number): array
    {
        return [
            'contract' => self::CONTRACT,
            'locationID' => self::LOCATION,
            'message' => false,
            'orderComments' => 'The back door does not close.',
            'orderId' => 0,
            'primaryOrderNumber' => $number,
            'priority' => self::PRIORITY,
            'targetDate' => (new DateTimeImmutable('+20 days', $this->zone))->setTime(23, 59, 59)->format(DATE_ATOM),
            'theBookingCodes' => [$this->describeWork($number)],
            'theLocation' => [
                'address1' => '7 EXAMPLE TERRACE',
                'excludedFromMsging' => false,
                'locationId' => self::LOCATION,
                'name' => '',
                'postCode' => 'LN1 9ZZ',
                'workflowType' => '',
            ],
            'userId' => self::USER,
        ];
    }

    private function describeWork(string $number): array
    {
        return [
            'bookingCodeSORCode' => self::SOR_CODE,
            'bookingId' => 0,
            'itemNumberWithinBooking' => '1',
            'orderId' => 0,
            'primaryOrderNumber' => $number,
            'quantity' => '1',
        ];
    }

    private static function isSame(string $one, string $other): bool
    {
        return new DateTimeImmutable($one) == new DateTimeImmutable($other);
    }
}
