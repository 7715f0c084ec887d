/** The lease was lost: another replica may already lead, so a leader's work must end now. */
export class LeaderElectionLostError extends Error {
  override readonly name = 'LeaderElectionLostError'
  constructor(options?: ErrorOptions) {
    super('leader election lost', options)
  }
}
