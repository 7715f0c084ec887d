const foreseen = new Set([
  'UsageError',
  'DataDirError',
  'ManifestError',
  'KubeConfigError',
  'ConnectionError',
  'StatusError',
])

/** One line for a person. Only an error that nobody foresaw shows where it happened. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port, address } = error as NodeJS.ErrnoException & {
    readonly port?: number
    readonly address?: string
  }
  if (port !== undefined) {
    if (code === 'EADDRINUSE') return `port ${port} is in use: choose another one, or 0 for any`
    if (code === 'EACCES') return `port ${port} may not be taken by this user: choose another one`
    if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine: see --host`
  }
  if (code === 'ENOTFOUND') return `${error.message}: check --host and the network`
  return foreseen.has(error.name) ? error.message : (error.stack ?? error.message)
}
