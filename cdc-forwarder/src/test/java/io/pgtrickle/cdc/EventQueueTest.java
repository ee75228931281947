package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EventQueueTest {

    private static final Duration SOON = Duration.ofMillis(1);

    @Test
    void isBoundedInBytesButTakesOneEventOfAnySize() throws InterruptedException {
        EventQueue queue = new EventQueue(100, Lsn.ZERO);
        assertThat(queue.offer(announced(1_000), SOON)).isTrue();
        assertThat(queue.offer(announced(1), SOON)).isFalse();
        assertThat(queue.poll(SOON)).isPresent();
        assertThat(queue.offer(announced(50), SOON)).isTrue();
        assertThat(queue.offer(announced(40), SOON)).isTrue();
        assertThat(queue.offer(announced(40), SOON)).isFalse();
    }

    @Test
    void tellsTheFrontierOnceAndOnlyWhenEmpty() throws InterruptedException {
        EventQueue queue = new EventQueue(100, new Lsn(5));
        assertThat(queue.poll(SOON)).isEmpty();
        queue.advance(new Lsn(9));
        assertThat(queue.offer(announced(1), SOON)).isTrue();
        queue.advance(new Lsn(12));
        assertThat(queue.poll(SOON)).containsInstanceOf(StreamEvent.Announced.class);
        assertThat(queue.poll(SOON)).contains(new StreamEvent.Idle(new Lsn(12)));
        assertThat(queue.poll(SOON)).isEmpty();
        queue.advance(new Lsn(11));
        assertThat(queue.poll(SOON)).isEmpty();
        assertThat(queue.delivered()).isEqualTo(new Lsn(12));
    }

    @Test
    void doesNotRepeatATransactionsEndAsAFrontier() throws InterruptedException {
        EventQueue queue = new EventQueue(1_000, Lsn.ZERO);
        assertThat(queue.offer(committed(0x100), SOON)).isTrue();
        queue.advance(new Lsn(0x130));
        assertThat(queue.poll(SOON)).containsInstanceOf(StreamEvent.Committed.class);
        assertThat(queue.poll(SOON)).isEmpty();
    }

    @Test
    void deliversWhatCameBeforeTheFailureAndThenFailsForEver() throws InterruptedException {
        EventQueue queue = new EventQueue(1_000, Lsn.ZERO);
        assertThat(queue.offer(announced(1), SOON)).isTrue();
        queue.fail(PgtrickleException.of(ErrorCode.CONNECTION_LOST, "gone").withHint("wait"));
        assertThat(queue.poll(SOON)).isPresent();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> queue.poll(SOON))
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
                                assertThat(e.hint()).isEqualTo("wait");
                            });
        }
    }

    private static StreamEvent announced(int bytes) {
        return new StreamEvent.Announced(
                new Change.Message("p", Bytes.of(new byte[bytes]), false), Lsn.ZERO);
    }

    private static StreamEvent committed(long lsn) {
        Transaction.Header header =
                new Transaction.Header(
                        1, new Lsn(lsn), new Lsn(lsn + 0x30), java.time.Instant.EPOCH, 1);
        return Optional.of(
                        new Transaction(
                                header,
                                new RelationHistory(),
                                0,
                                new RawMessages.InMemory(List.of(), 10)))
                .map(StreamEvent.Committed::new)
                .orElseThrow();
    }
}
