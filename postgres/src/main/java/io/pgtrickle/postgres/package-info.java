/// What is plain SQL to PostgreSQL: settings, quoting, type codec, catalog, sink.
@NullMarked
package io.pgtrickle.postgres;

import org.jspecify.annotations.NullMarked;
