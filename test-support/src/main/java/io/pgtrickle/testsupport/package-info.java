/// Throw-away PostgreSQL servers of every supported major version, from binaries that come as Maven artifacts.
@NullMarked
package io.pgtrickle.testsupport;

import org.jspecify.annotations.NullMarked;
