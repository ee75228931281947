package io.pgtrickle.state;

final class MemoryStateStoreTest extends StateStoreContract {

    @Override
    StateStore create() {
        return new MemoryStateStore();
    }

    @Override
    StateStore reopen(StateStore closing) {
        return ((MemoryStateStore) closing).reopen();
    }
}
