package io.carillon.example.shop;

import jakarta.ejb.ApplicationException;

/** What makes the shop think better of it: the transaction is rolled back. */
@ApplicationException(rollback = true)
public class OutOfStock extends RuntimeException {
  private static final long serialVersionUID = 1L;
}
