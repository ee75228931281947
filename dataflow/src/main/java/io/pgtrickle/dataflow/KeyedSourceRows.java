package io.pgtrickle.dataflow;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Key of the identity's columns → the row's image.
final class KeyedSourceRows implements SourceRows {

    private final Arrangement arrangement;
    private final RowCodec codec;
    private final int[] key;
    private final ByteWriter buffer = new ByteWriter();

    KeyedSourceRows(Arrangement arrangement, RowCodec codec, int[] key) {
        this.arrangement = arrangement;
        this.codec = codec;
        this.key = key;
    }

    @Override
    public void prefetch(List<SourceChange> changes) {
        if (changes.size() == 1) {
            return;
        }
        List<byte[]> places = new ArrayList<>(changes.size());
        for (SourceChange change : changes) {
            switch (change) {
                case SourceChange.Insert(Row row) -> places.add(place(row));
                case SourceChange.Update(Row old, _) -> places.add(place(old));
                case SourceChange.Delete(Row old) -> places.add(place(old));
                case SourceChange.Load _, SourceChange.Truncate _ -> {}
            }
        }
        arrangement.prefetch(places);
    }

    @Override
    public boolean insert(Row row) {
        byte[] place = place(row);
        if (arrangement.get(place).isPresent()) {
            return false;
        }
        arrangement.put(place, codec.encode(row));
        return true;
    }

    @Override
    public void load(Row row) {
        arrangement.put(place(row), codec.encode(row));
    }

    @Override
    public @Nullable Row remove(Row old) {
        byte[] place = place(old);
        byte[] image = arrangement.get(place).orElse(null);
        if (image == null) {
            return null;
        }
        arrangement.delete(place);
        return codec.decode(image);
    }

    @Override
    public void removeAll(ZSet delta) {
        try (Arrangement.Cursor cursor = arrangement.scan(new byte[0])) {
            while (cursor.next()) {
                delta.add(codec.decode(cursor.value()), -1);
                arrangement.delete(cursor.key());
            }
        }
    }

    private byte[] place(Row row) {
        buffer.clear();
        codec.writeKey(row, key, buffer);
        return buffer.toByteArray();
    }
}
