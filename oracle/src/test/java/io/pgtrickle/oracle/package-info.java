/// The proof that views equal their queries: generated queries and known suites against PostgreSQL's own answers.
@NullMarked
package io.pgtrickle.oracle;

import org.jspecify.annotations.NullMarked;
