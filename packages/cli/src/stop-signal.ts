/**
 * A signal that aborts on the first SIGTERM or SIGINT. The second one ends the process at once:
 * somebody does not want to wait for running streams.
 */
export function stopSignal(): { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(1)
    controller.abort(new Error(`stopped by ${name}`))
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  return { signal: controller.signal }
}
