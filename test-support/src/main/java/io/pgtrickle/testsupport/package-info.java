/// Embedded PostgreSQL of every supported major version, for tests and the demo.
@NullMarked
package io.pgtrickle.testsupport;

import org.jspecify.annotations.NullMarked;
