/// Where commands print and how: tables, JSON, complaints.
@NullMarked
package io.pgtrickle.cli.console;

import org.jspecify.annotations.NullMarked;
