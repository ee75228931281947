package io.pgtrickle.dataflow.window;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.Arrays;
import java.util.List;

/// The rows of a partition in order, each as often as it is there, and its groups of peers: the rows that ORDER BY doesn't tell apart.
final class Partition {

    private final List<Row> rows;
    private final List<Row> orderValues;

    /// For each row the number of its group of peers; for each group where it begins, and at the end the number of rows.
    private final int[] groups;

    private final int[] starts;

    /// @param orderValues of each row, the values of ORDER BY's items
    Partition(List<Row> rows, List<Row> orderValues, List<SqlType> orderTypes) {
        this.rows = rows;
        this.orderValues = orderValues;
        this.groups = new int[rows.size()];
        int[] begins = new int[rows.size() + 1];
        int group = -1;
        for (int i = 0; i < groups.length; i++) {
            if (i == 0 || !peers(orderTypes, orderValues.get(i - 1), orderValues.get(i))) {
                begins[++group] = i;
            }
            groups[i] = group;
        }
        begins[group + 1] = groups.length;
        this.starts = Arrays.copyOf(begins, group + 2);
    }

    private static boolean peers(List<SqlType> types, Row a, Row b) {
        for (int i = 0; i < types.size(); i++) {
            Object x = a.get(i);
            Object y = b.get(i);
            if (x == null || y == null
                    ? (x == null) != (y == null)
                    : types.get(i).compare(x, y) != 0) {
                return false;
            }
        }
        return true;
    }

    int size() {
        return rows.size();
    }

    Row row(int index) {
        return rows.get(index);
    }

    Row orderValues(int index) {
        return orderValues.get(index);
    }

    int groupCount() {
        return starts.length - 1;
    }

    /// The number of the row's group of peers.
    int group(int row) {
        return groups[row];
    }

    /// The first row of a group; for the number of groups the number of rows.
    int groupStart(int group) {
        return starts[group];
    }

    int peersStart(int row) {
        return starts[groups[row]];
    }

    /// The first row after the row's peers.
    int peersEnd(int row) {
        return starts[groups[row] + 1];
    }
}
