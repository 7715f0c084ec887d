/** Something that proves for a while who the gateway is. */
export interface Token<Value = string> {
  readonly value: Value
  /** Wall time in milliseconds since the epoch; undefined for what does not expire. */
  readonly expiresAtMs: number | undefined
}

/** One way to get tokens: of text, or of AWS's keys. */
export interface TokenSource<Value = string> {
  /**
   * A token that is valid now. Rejects with an IdentityError, or with the signal's reason if it aborts
   * first.
   */
  token(signal: AbortSignal): Promise<Token<Value>>
}
