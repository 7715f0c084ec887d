/**
 * What went wrong with a call to a provider, named by whose fault it is, which decides what happens
 * next. One word from the retry conditions of a RoutingPolicy to log, span and metric.
 *
 * - `InvalidRequest`: the caller's fault. Final: every provider would refuse the call. Also an answer that is
 *   longer than the gateway may hold.
 * - `ContentRefused`: the provider's moderation. Final; the credential is fine.
 * - `CredentialRefused`: the key's fault. The provider's next key is asked.
 * - `CredentialExpired`: the same, and the provider says that the key's time is up.
 * - `CreditExhausted`: the account's fault. The next target is asked.
 * - `ModelUnavailable`: the provider does not have the model. The next target is asked.
 * - `Misconfigured`: the LLMProvider is wrong: no key, an address that is not allowed, a redirect. The
 *   next target is asked.
 * - `Unsupported`: this target cannot express the call. It is passed over without being asked.
 * - `RateLimited`: too much for this key. It cools down for as long as the provider says.
 * - `Overloaded`: too much for the whole provider, which cools down in the same way.
 * - `ServerError`: the provider failed.
 * - `Connect`: it could not be reached.
 * - `Timeout`: it was silent for too long.
 * - `Cut`: it closed the connection in mid-answer.
 * - `InvalidAnswer`: what it sent is no answer.
 */
export type FailureClass =
  | 'InvalidRequest'
  | 'ContentRefused'
  | 'CredentialRefused'
  | 'CredentialExpired'
  | 'CreditExhausted'
  | 'ModelUnavailable'
  | 'Misconfigured'
  | 'Unsupported'
  | 'RateLimited'
  | 'Overloaded'
  | 'ServerError'
  | 'Connect'
  | 'Timeout'
  | 'Cut'
  | 'InvalidAnswer'
