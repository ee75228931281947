/// The shared nouns: rows, values, types, Z-sets, log positions, errors. No I/O.
@NullMarked
package io.pgtrickle.model.remote;

import org.jspecify.annotations.NullMarked;
