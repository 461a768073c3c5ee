<?php

declare(strict_types=1);

require_once __DIR__ . '/Repairs.php';

use PHPUnit\Framework\TestCase;

/** The story, against the simulator at DRS_URL. */
final class RepairsTest extends TestCase
{
    private const DEFAULT_URL = 'http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap';

    private string $url;
    private string $number;
    private ?Repairs $repairs = null;

    protected function setUp(): void
    {
        $this->url = getenv('DRS_URL') ?: self::DEFAULT_URL;
        $this->number = bin2hex(random_bytes(6));
        $this->repairs = new Repairs($this->url, getenv('DRS_LOGIN') ?: 'drs', getenv('DRS_PASSWORD') ?: 'drs');
    }

    protected function tearDown(): void
    {
        $this->repairs?->close();
    }

    public function testARepairIsBooked(): void
    {
        // In a scenario of drs-contracts exercise DRS may decline. Then there may be no appointment.
        $mayFail = (getenv('DRS_SCENARIO') ?: 'healthy') !== 'healthy';
        try {
            $days = $this->repairs->findDays($this->number);
            $booked = $this->repairs->book($this->number, array_column($days, 0));
        } catch (DrsDeclined | NoAnswer $error) {
            self::assertTrue($mayFail, $error->getMessage());
            return;
        }
        if (!$mayFail) {
            self::assertCount(5, $days);
            self::assertEquals($days[0][0], $booked);
        } else {
            self::assertLessThanOrEqual(5, count($days));
        }
    }

    public function testAFullSlotIsNotBooked(): void
    {
        $this->skipInScenarios();
        $slots = array_column($this->repairs->findDays($this->number), 0);
        $this->breakDrs('scheduleBooking', 'slot_taken');
        self::assertEquals($slots[1], $this->repairs->book($this->number, $slots));
    }

    /** @dataProvider operations */
    public function testALostAnswerDoesNotBookTwice(string $operation): void
    {
        $this->skipInScenarios();
        $slots = array_column($this->repairs->findDays($this->number), 0);
        $this->breakDrs($operation, 'response_lost');
        self::assertEquals($slots[0], $this->repairs->book($this->number, $slots));
        self::assertSame(1, $this->admin('GET', "/bookings?number=$this->number")->total);
    }

    public static function operations(): array
    {
        return [['createOrder'], ['scheduleBooking']];
    }

    private function skipInScenarios(): void
    {
        if (getenv('DRS_SCENARIO') !== false) {
            self::markTestSkipped('The scenario says what goes wrong.');
        }
    }

    /** Makes the next call of the operation go wrong. docs/faults.md lists the effects. */
    private function breakDrs(string $operation, string $effect): void
    {
        $rule = ['operation' => $operation, 'times' => 1, 'effect' => ['kind' => $effect]];
        $this->admin('POST', '/faults', ['rules' => [$rule]]);
    }

    private function admin(string $method, string $path, ?array $body = null): object
    {
        $options = ['method' => $method, 'header' => 'Content-Type: application/json'];
        if ($body !== null) {
            $options['content'] = json_encode($body);
        }
        $root = explode('/OTWebServiceGateway', $this->url)[0];
        $answer = file_get_contents("$root/__admin$path", false, stream_context_create(['http' => $options]));
        return json_decode($answer, false, 512, JSON_THROW_ON_ERROR);
    }
}
