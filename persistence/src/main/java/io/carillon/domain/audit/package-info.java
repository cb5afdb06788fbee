/** Who changed whose rights, and when: what an organization can show its auditors. */
package io.carillon.domain.audit;
