package io.pgtrickle.dataflow;

import io.pgtrickle.model.Row;

/// A change of one source table. Rows have the source's columns (`Source.columns`).
public sealed interface SourceChange {

    record Insert(Row row) implements SourceChange {}

    /// An insert of a row that is known not to be there: what fills a view at first.
    record Load(Row row) implements SourceChange {}

    /// @param old the old row; where the source has a key identity only the key's cells count, the others may be null
    /// @param row the new row; a cell may be `UnchangedToast.VALUE`, which stands for the old row's value
    record Update(Row old, Row row) implements SourceChange {}

    /// @param old as in `Update`
    record Delete(Row old) implements SourceChange {}

    /// All rows go.
    record Truncate() implements SourceChange {}

    /// In the place of a large value that an update left as it was: the stream doesn't repeat it.
    enum UnchangedToast {
        VALUE
    }
}
