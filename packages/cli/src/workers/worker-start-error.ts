/** Worker processes end before their program is loaded; another attempt would end in the same way. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError'
}
