package io.pgtrickle.planner;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Adds to a tree the binary images of constants whose memory `ConstantDecoder` can't read: those of extensions' types, `tsvector`,
/// `path` and the like.
///
/// PostgreSQL evaluates no tree that it is given, but it prints one: in the view's definition such a constant stands as `'text'::type`.
/// Each literal of the definition that stands before the name of the type is analysed by itself. The one that gives the constant's own
/// memory, byte by byte, is the constant, and PostgreSQL tells its image. A wrong guess is impossible, so the definition needs no parser.
final class ConstantImages {

    /// What is added to a CONST.
    static final String FIELD = "constimage";

    private static final Pattern CONSTANT =
            Pattern.compile(
                    "\\{CONST :consttype (\\d+) [^{}]*?:constcollid (\\d+) [^{}]*?:constisnull false [^{}]*?:constvalue (\\d+ \\[ [-0-9 ]+ \\])");

    private static final Pattern LITERAL = Pattern.compile("\"[^\"]*\"|'((?:[^']|'')*)'(::)?");

    private static final String PROBE = "pgtrickle_constant";

    private final Connection connection;
    private final CatalogReader catalog;
    private final ConstantDecoder decoder;
    private final Map<String, Optional<Bytes>> images = new HashMap<>();

    private ConstantImages(Connection connection, CatalogReader catalog) {
        this.connection = connection;
        this.catalog = catalog;
        this.decoder = new ConstantDecoder(catalog);
    }

    /// @param tree of the view
    /// @param view its name or oid, as `regclass` reads it
    static String into(String tree, String view, Connection connection, CatalogReader catalog) {
        return new ConstantImages(connection, catalog).into(tree, view);
    }

    private String into(String tree, String view) {
        Matcher constants = CONSTANT.matcher(tree);
        StringBuilder result = new StringBuilder();
        while (constants.find()) {
            int typeOid = Integer.parseUnsignedInt(constants.group(1));
            String memory = constants.group(3);
            Optional<Bytes> image =
                    isReadable(typeOid, Integer.parseUnsignedInt(constants.group(2)), memory)
                            ? Optional.empty()
                            : images.computeIfAbsent(
                                    typeOid + " " + memory, _ -> image(typeOid, memory, view));
            constants.appendReplacement(
                    result,
                    Matcher.quoteReplacement(
                            constants.group()
                                    + image.map(bytes -> " :" + FIELD + " " + datum(bytes))
                                            .orElse("")));
        }
        return constants.appendTail(result).toString();
    }

    private boolean isReadable(int typeOid, int collationOid, String memory) {
        try {
            SqlType type = catalog.type(typeOid, collationOid);
            if (NodeTree.parse("{CONST :constvalue " + memory + "}") instanceof Node node) {
                decoder.decode(type, node);
            }
            return true;
        } catch (PgtrickleException e) {
            // one that can't be carried at all is refused where it is used
            return e.code() != ErrorCode.UNSUPPORTED_TYPE;
        }
    }

    private Optional<Bytes> image(int typeOid, String memory, String view) {
        try {
            return UndoneTransaction.run(
                    connection, () -> imageInTransaction(typeOid, memory, view));
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read a constant of type " + catalog.typeName(typeOid));
        }
    }

    private Optional<Bytes> imageInTransaction(int typeOid, String memory, String view)
            throws SQLException {
        List<String> sender =
                ask(
                        "SELECT typsend::text FROM pg_catalog.pg_type WHERE oid = "
                                + Integer.toUnsignedString(typeOid));
        String type = catalog.typeName(typeOid);
        for (String literal : literals(definition(view), type)) {
            String cast = "CAST(" + Quoting.literal(literal) + " AS " + type + ")";
            if (memories(cast, typeOid).contains(memory)) {
                String sql =
                        "SELECT pg_catalog.encode(" + sender.getFirst() + "(" + cast + "), 'hex')";
                return Optional.of(Bytes.of(HexFormat.of().parseHex(ask(sql).getFirst())));
            }
        }
        return Optional.empty();
    }

    private String definition(String view) throws SQLException {
        ask("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)");
        try (PreparedStatement select =
                connection.prepareStatement(
                        "SELECT pg_catalog.pg_get_viewdef(CAST(? AS pg_catalog.regclass))")) {
            select.setString(1, view);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    /// What stands in quotes before the name of the type, as PostgreSQL prints it: without escapes, but for a quote, which is doubled.
    private static List<String> literals(String definition, String type) {
        List<String> literals = new ArrayList<>();
        Matcher matcher = LITERAL.matcher(definition);
        while (matcher.find()) {
            String text = matcher.group(1);
            if (text != null
                    && matcher.group(2) != null
                    && definition.startsWith(type, matcher.end())
                    && !definition.startsWith("[", matcher.end() + type.length())) {
                literals.add(text.replace("''", "'"));
            }
        }
        return literals.stream().distinct().toList();
    }

    /// How the constants of the type lie in memory when the expression is analysed.
    private List<String> memories(String expression, int typeOid) throws SQLException {
        Savepoint before = connection.setSavepoint();
        String tree;
        try {
            ask("CREATE TEMPORARY VIEW " + PROBE + " AS SELECT " + expression + " AS c");
            tree =
                    ask("SELECT ev_action FROM pg_catalog.pg_rewrite WHERE ev_class = 'pg_temp."
                                    + PROBE
                                    + "'::pg_catalog.regclass AND ev_type = '1'")
                            .getFirst();
        } catch (SQLException _) {
            // not a literal of the type; or the session is gone, as the next statement says
            return List.of();
        } finally {
            connection.rollback(before);
        }
        return CONSTANT.matcher(tree)
                .results()
                .filter(constant -> Integer.parseUnsignedInt(constant.group(1)) == typeOid)
                .map(constant -> constant.group(3))
                .toList();
    }

    /// The first column of the last statement's rows.
    private List<String> ask(String... statements) throws SQLException {
        List<String> answers = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : statements) {
                answers.clear();
                if (statement.execute(sql)) {
                    try (ResultSet rows = statement.getResultSet()) {
                        while (rows.next()) {
                            answers.add(rows.getString(1));
                        }
                    }
                }
            }
        }
        return answers;
    }

    private static String datum(Bytes bytes) {
        StringBuilder text = new StringBuilder().append(bytes.length()).append(" [ ");
        for (byte b : bytes.array()) {
            text.append(b).append(' ');
        }
        return text.append(']').toString();
    }
}
