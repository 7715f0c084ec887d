/** No value could be made that a schema accepts. Give that schema an `example`. */
export class SampleError extends Error {
  override readonly name = 'SampleError'
}
