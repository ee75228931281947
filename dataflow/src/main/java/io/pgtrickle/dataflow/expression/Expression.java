package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.order.ServerOrder;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A scalar expression over one row, as PostgreSQL's analysis left it: functions by oid, every cast explicit.
public sealed interface Expression {

    SqlType type();

    /// The expressions directly below.
    default List<Expression> parts() {
        return switch (this) {
            case Column _, Constant _ -> List.of();
            case Call call -> call.arguments();
            case Remote remote -> remote.arguments();
            case Relabel(Expression input, _) -> List.of(input);
            case Label(Expression input, _) -> List.of(input);
            case Unlabel(Expression input, _) -> List.of(input);
            case And(List<Expression> terms) -> terms;
            case Or(List<Expression> terms) -> terms;
            case Not(Expression input) -> List.of(input);
            case IsNull(Expression input, _) -> List.of(input);
            case BooleanTest(Expression input, _, _) -> List.of(input);
            case IsDistinct(Call equality) -> equality.arguments();
            case NullIf(Call equality, _) -> equality.arguments();
            case Case(List<Branch> branches, Expression otherwise, _) -> {
                List<Expression> children = new ArrayList<>();
                branches.forEach(branch -> {
                    children.add(branch.condition());
                    children.add(branch.result());
                });
                children.add(otherwise);
                yield children;
            }
            case Coalesce(List<Expression> terms, _) -> terms;
            case Extreme(_, List<Expression> terms, _) -> terms;
            case Quantified(_, List<Call> comparisons) -> List.copyOf(comparisons);
            case MakeRow(List<Expression> fields, _) -> fields;
            case Field(Expression input, _, _) -> List.of(input);
            case FieldOfEach(Expression input, _, _) -> List.of(input);
            case Image(Expression input) -> List.of(input);
            case OnlyOne(Expression value, Expression count) -> List.of(value, count);
        };
    }

    /// A cell of the input row.
    record Column(int index, SqlType type) implements Expression {}

    /// @param value null for SQL NULL
    record Constant(@Nullable Object value, SqlType type) implements Expression {}

    /// A function or the function behind an operator.
    ///
    /// @param functionOid in `pg_proc`
    /// @param name for messages: the function's name, or the operator's
    /// @param collation that PostgreSQL gives the call (inputcollid)
    record Call(
            int functionOid,
            String name,
            List<Expression> arguments,
            SqlType type,
            Collation collation)
            implements Expression {
        public Call(
                int functionOid,
                String name,
                List<Expression> arguments,
                SqlType type,
                Collation collation) {
            this.functionOid = functionOid;
            this.name = name;
            this.arguments = List.copyOf(arguments);
            this.type = type;
            this.collation = collation;
        }
    }

    /// What isn't known here: PostgreSQL evaluates it, over the values of the arguments.
    ///
    /// @param functionOid of the function that it is a call of; 0 where it is more, or none
    record Remote(RemoteCall call, List<Expression> arguments, int functionOid)
            implements Expression {

        public Remote(RemoteCall call, List<Expression> arguments) {
            this(call, arguments, 0);
        }

        public Remote(RemoteCall call, List<Expression> arguments, int functionOid) {
            this.call = call;
            this.arguments = List.copyOf(arguments);
            this.functionOid = functionOid;
            if (call.columns().size() != 1 || call.arity() != arguments.size()) {
                throw new IllegalArgumentException(
                        call + " is no scalar of " + arguments.size() + " arguments");
            }
        }

        @Override
        public SqlType type() {
            return call.columns().getFirst();
        }
    }

    /// The same value under another type with the same representation (RelabelType): no work.
    record Relabel(Expression input, SqlType type) implements Expression {}

    /// The value under its `labelled` type, with its place in PostgreSQL's order.
    ///
    /// @param orders of the parts that get labels
    record Label(Expression input, List<ServerOrder> orders) implements Expression {
        public Label(Expression input, List<ServerOrder> orders) {
            this.input = input;
            this.orders = List.copyOf(orders);
        }

        @Override
        public SqlType type() {
            return input.type().labelled();
        }
    }

    /// A labelled value under its own type again.
    record Unlabel(Expression input, SqlType type) implements Expression {}

    record And(List<Expression> terms) implements Expression {
        public And(List<Expression> terms) {
            this.terms = List.copyOf(terms);
        }

        @Override
        public SqlType type() {
            return SqlType.BOOL;
        }
    }

    record Or(List<Expression> terms) implements Expression {
        public Or(List<Expression> terms) {
            this.terms = List.copyOf(terms);
        }

        @Override
        public SqlType type() {
            return SqlType.BOOL;
        }
    }

    record Not(Expression input) implements Expression {
        @Override
        public SqlType type() {
            return SqlType.BOOL;
        }
    }

    record IsNull(Expression input, boolean negated) implements Expression {
        @Override
        public SqlType type() {
            return SqlType.BOOL;
        }
    }

    /// `IS [NOT] TRUE | FALSE | UNKNOWN`.
    ///
    /// @param tested empty for UNKNOWN
    record BooleanTest(Expression input, Optional<Boolean> tested, boolean negated)
            implements Expression {
        @Override
        public SqlType type() {
            return SqlType.BOOL;
        }
    }

    /// `left IS DISTINCT FROM right`; the call is the type's equality operator over both.
    record IsDistinct(Call equality) implements Expression {
        @Override
        public SqlType type() {
            return SqlType.BOOL;
        }
    }

    /// `NULLIF(a, b)`; the call is the equality operator over both.
    record NullIf(Call equality, SqlType type) implements Expression {}

    /// A searched CASE; the simple form arrives with its comparisons spelled out. Branches are evaluated in order, and only as far
    /// as needed.
    record Case(List<Branch> branches, Expression otherwise, SqlType type) implements Expression {
        public Case(List<Branch> branches, Expression otherwise, SqlType type) {
            this.branches = List.copyOf(branches);
            this.otherwise = otherwise;
            this.type = type;
        }
    }

    record Branch(Expression condition, Expression result) {}

    record Coalesce(List<Expression> terms, SqlType type) implements Expression {
        public Coalesce(List<Expression> terms, SqlType type) {
            this.terms = List.copyOf(terms);
            this.type = type;
        }
    }

    /// `GREATEST` and `LEAST`: NULLs are passed over.
    record Extreme(boolean greatest, List<Expression> terms, SqlType type) implements Expression {
        public Extreme(boolean greatest, List<Expression> terms, SqlType type) {
            this.greatest = greatest;
            this.terms = List.copyOf(terms);
            this.type = type;
        }
    }

    /// A composite value, never NULL itself.
    ///
    /// @param fields as many as the type has, in its order
    record MakeRow(List<Expression> fields, SqlType.CompositeType type) implements Expression {
        public MakeRow(List<Expression> fields, SqlType.CompositeType type) {
            this.fields = List.copyOf(fields);
            this.type = type;
            if (fields.size() != type.fields().size()) {
                throw new IllegalArgumentException(
                        fields.size() + " values for the fields of " + type);
            }
        }
    }

    /// A field of a composite value; NULL where that is NULL.
    ///
    /// @param index from 0, of the fields that aren't dropped
    record Field(Expression input, int index, SqlType type) implements Expression {}

    /// A field of each of an array's composite values, as an array.
    ///
    /// @param index from 0
    record FieldOfEach(Expression input, int index, SqlType type) implements Expression {}

    /// A value's binary image, which tells apart what SQL takes for equal: 1.0 and 1.00.
    record Image(Expression input) implements Expression {

        private static final SqlType BYTEA = new SqlType.ByteString(Oids.BYTEA);

        @Override
        public SqlType type() {
            return BYTEA;
        }
    }

    /// The value of a scalar subquery. Where it has a second row, it is an error to ask for it, as in PostgreSQL.
    ///
    /// @param count of the subquery's rows; NULL for none
    record OnlyOne(Expression value, Expression count) implements Expression {
        @Override
        public SqlType type() {
            return value.type();
        }
    }

    /// `left op ANY (list)` and `left op ALL (list)` over a list of elements that is known element by element. Each comparison has
    /// the left side as its first argument.
    record Quantified(boolean all, List<Call> comparisons) implements Expression {
        public Quantified(boolean all, List<Call> comparisons) {
            this.all = all;
            this.comparisons = List.copyOf(comparisons);
        }

        @Override
        public SqlType type() {
            return SqlType.BOOL;
        }
    }
}
