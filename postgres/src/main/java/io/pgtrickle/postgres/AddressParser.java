package io.pgtrickle.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.postgresql.PGProperty;

/// Reads addresses. The URI is taken apart by hand: `java.net.URI` refuses several hosts, and what it throws repeats the
/// password. For one use by one thread.
final class AddressParser {

    /// libpq's parameters that are handed on, with pgjdbc's names.
    private static final Map<String, String> HANDED_ON =
            Map.ofEntries(
                    Map.entry("sslmode", "sslmode"),
                    Map.entry("sslrootcert", "sslrootcert"),
                    Map.entry("sslcert", "sslcert"),
                    Map.entry("sslkey", "sslkey"),
                    Map.entry("sslpassword", "sslpassword"),
                    Map.entry("sslnegotiation", "sslNegotiation"),
                    Map.entry("channel_binding", "channelBinding"),
                    Map.entry("require_auth", "requireAuth"),
                    Map.entry("gssencmode", "gssEncMode"),
                    Map.entry("krbsrvname", "kerberosServerName"),
                    Map.entry("connect_timeout", "connectTimeout"),
                    Map.entry("target_session_attrs", "targetServerType"),
                    Map.entry("options", "options"));

    /// libpq's parameters that say nothing that we don't decide ourselves.
    private static final Set<String> WITHOUT_EFFECT =
            Set.of(
                    "application_name",
                    "fallback_application_name",
                    "client_encoding",
                    "keepalives",
                    "keepalives_idle",
                    "keepalives_interval",
                    "keepalives_count",
                    "sslcompression",
                    "sslsni",
                    "replication");

    private static final Map<String, String> VARIABLES =
            Map.ofEntries(
                    Map.entry("PGHOST", "host"),
                    Map.entry("PGHOSTADDR", "hostaddr"),
                    Map.entry("PGPORT", "port"),
                    Map.entry("PGDATABASE", "dbname"),
                    Map.entry("PGUSER", "user"),
                    Map.entry("PGPASSWORD", "password"),
                    Map.entry("PGPASSFILE", "passfile"),
                    Map.entry("PGSSLMODE", "sslmode"),
                    Map.entry("PGSSLROOTCERT", "sslrootcert"),
                    Map.entry("PGSSLCERT", "sslcert"),
                    Map.entry("PGSSLKEY", "sslkey"),
                    Map.entry("PGSSLNEGOTIATION", "sslnegotiation"),
                    Map.entry("PGCHANNELBINDING", "channel_binding"),
                    Map.entry("PGREQUIREAUTH", "require_auth"),
                    Map.entry("PGGSSENCMODE", "gssencmode"),
                    Map.entry("PGKRBSRVNAME", "krbsrvname"),
                    Map.entry("PGCONNECT_TIMEOUT", "connect_timeout"),
                    Map.entry("PGTARGETSESSIONATTRS", "target_session_attrs"),
                    Map.entry("PGOPTIONS", "options"));

    private final Environment environment;
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private boolean jdbc;

    AddressParser(Environment environment) {
        this.environment = environment;
        VARIABLES.forEach((variable, parameter) ->
                environment.variable(variable).ifPresent(v -> parameters.put(parameter, v)));
    }

    ServerAddress parse(String uri) {
        if (!uri.isEmpty()) {
            readUri(uri);
        }
        String user = parameter("user").orElseGet(environment::userName);
        String database = parameter("dbname").orElse(user);
        Path passwordFile =
                parameter("passfile")
                        .map(Path::of)
                        .orElseGet(() -> environment.home().resolve(".pgpass"));
        ServerAddress.Login login =
                new ServerAddress.Login(user, parameter("password"), passwordFile);
        return new ServerAddress(hosts(), database, login, properties());
    }

    private Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name)).filter(value -> !value.isEmpty());
    }

    private void readUri(String uri) {
        String rest = afterScheme(uri);
        int question = rest.indexOf('?');
        if (question >= 0) {
            readQuery(rest.substring(question + 1));
            rest = rest.substring(0, question);
        }
        int slash = rest.indexOf('/');
        if (slash >= 0) {
            put("dbname", decode(rest.substring(slash + 1)));
            rest = rest.substring(0, slash);
        }
        int at = rest.lastIndexOf('@');
        if (at >= 0) {
            readLogin(rest.substring(0, at));
            rest = rest.substring(at + 1);
        }
        if (!rest.isEmpty()) {
            readHosts(rest);
        }
    }

    private String afterScheme(String uri) {
        String text = uri;
        if (text.startsWith("jdbc:")) {
            jdbc = true;
            text = text.substring("jdbc:".length());
        }
        for (String scheme : List.of("postgresql:", "postgres:")) {
            if (text.startsWith(scheme + "//")) {
                return text.substring(scheme.length() + 2);
            }
            if (jdbc && text.startsWith(scheme)) {
                return "/" + text.substring(scheme.length());
            }
        }
        throw PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "not a PostgreSQL URI")
                .withHint("write it as postgresql://user@host:5432/database");
    }

    private void readLogin(String text) {
        int colon = text.indexOf(':');
        put("user", decode(colon < 0 ? text : text.substring(0, colon)));
        if (colon >= 0) {
            put("password", decode(text.substring(colon + 1)));
        }
    }

    private void readHosts(String text) {
        List<String> hosts = new ArrayList<>();
        List<String> ports = new ArrayList<>();
        for (String host : text.split(",", -1)) {
            int end = host.startsWith("[") ? host.indexOf(']') + 1 : 0;
            int colon = host.indexOf(':', end);
            String name = colon < 0 ? host : host.substring(0, colon);
            hosts.add(decode(end > 0 ? name.substring(1, name.length() - 1) : name));
            ports.add(colon < 0 ? "" : host.substring(colon + 1));
        }
        parameters.remove("hostaddr");
        put("host", String.join(",", hosts));
        // "host" without a port leaves PGPORT standing, as in libpq
        if (ports.stream().anyMatch(port -> !port.isEmpty())) {
            parameters.put("port", String.join(",", ports));
        }
    }

    private void readQuery(String query) {
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) {
                if (!pair.isEmpty()) {
                    throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT, "a URI parameter without \"=\"");
                }
                continue;
            }
            String name = decode(pair.substring(0, equals));
            String value = decode(pair.substring(equals + 1));
            if (jdbc && name.equals("currentSchema")) {
                continue;
            }
            if (name.equals("host")) {
                parameters.remove("hostaddr");
            }
            put(
                    name.equals("ssl") && value.equals("true") ? "sslmode" : name,
                    name.equals("ssl") ? "require" : value);
        }
    }

    /// An empty part of a URI means "not said".
    private void put(String name, String value) {
        if (!value.isEmpty()) {
            parameters.put(name, value);
        }
    }

    private List<ServerAddress.Host> hosts() {
        String names = parameter("hostaddr").or(() -> parameter("host")).orElse("localhost");
        String[] ports = parameter("port").orElse("").split(",", -1);
        String[] hosts = names.split(",", -1);
        if (ports.length != 1 && ports.length != hosts.length) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, ports.length + " ports for " + hosts.length + " hosts");
        }
        List<ServerAddress.Host> result = new ArrayList<>();
        for (int i = 0; i < hosts.length; i++) {
            String host = hosts[i].isEmpty() ? "localhost" : hosts[i];
            result.add(new ServerAddress.Host(host, port(ports[ports.length == 1 ? 0 : i])));
        }
        return result;
    }

    private static int port(String text) {
        if (text.isEmpty()) {
            return ServerAddress.DEFAULT_PORT;
        }
        if (!text.matches("[0-9]{1,5}")) {
            throw PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "not a port: \"" + text + "\"");
        }
        return Integer.parseInt(text);
    }

    private Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        Set<String> consumed =
                Set.of("host", "hostaddr", "port", "dbname", "user", "password", "passfile");
        parameters.forEach((name, value) -> {
            if (consumed.contains(name) || WITHOUT_EFFECT.contains(name)) {
                return;
            }
            String property = HANDED_ON.get(name);
            if (property == null && jdbc && PGProperty.forName(name) != null) {
                property = name;
            }
            if (property == null) {
                throw PgtrickleException.of(
                                ErrorCode.BAD_ARGUMENT,
                                "unknown connection parameter \"" + name + "\"")
                        .withHint(
                                "known are: "
                                        + HANDED_ON.keySet().stream()
                                                .sorted()
                                                .collect(Collectors.joining(", ")));
            }
            properties.put(
                    property, property.equals("targetServerType") ? serverType(value) : value);
        });
        return properties;
    }

    /// From libpq's `target_session_attrs`; pgjdbc's own names pass.
    private static String serverType(String value) {
        return switch (value) {
            case "read-write" -> "primary";
            case "read-only", "standby" -> "secondary";
            case "prefer-standby" -> "preferSecondary";
            default -> value;
        };
    }

    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] source = text.getBytes(UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(source.length);
        for (int i = 0; i < source.length; i++) {
            if (source[i] != '%') {
                decoded.write(source[i]);
                continue;
            }
            if (i + 2 >= source.length
                    || !HexFormat.isHexDigit(source[i + 1])
                    || !HexFormat.isHexDigit(source[i + 2])) {
                throw PgtrickleException.of(
                        ErrorCode.BAD_ARGUMENT, "malformed percent-encoding in a URI");
            }
            decoded.write(
                    HexFormat.fromHexDigit(source[i + 1]) << 4
                            | HexFormat.fromHexDigit(source[i + 2]));
            i += 2;
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(decoded.toByteArray())).toString();
        } catch (CharacterCodingException e) {
            throw PgtrickleException.of(
                    ErrorCode.BAD_ARGUMENT, "percent-encoding in a URI that is no UTF-8", e);
        }
    }

    static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0)) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
