/** The product's sign: three bells of a carillon. */
export function BellLogo() {
  return (
    <svg className="ui-bells" viewBox="0 0 48 32" aria-hidden="true" focusable="false">
      <path d="M4 3h40v2H4z" />
      <path d="M7 6h2v2c3 1 4 4 4 8l2 4H1l2-4c0-4 1-7 4-8z" />
      <path d="M23 6h2v3c4 1 6 5 6 10l3 6H14l3-6c0-5 2-9 6-10zM21 26h6a3 3 0 0 1-6 0z" />
      <path d="M39 6h2v2c3 1 4 4 4 8l2 4H33l2-4c0-4 1-7 4-8z" />
    </svg>
  );
}
