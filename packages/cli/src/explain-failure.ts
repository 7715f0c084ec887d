const foreseen = new Set([
  'UsageError',
  'CommandFailure',
  'DataDirError',
  'PortError',
  'WorkerStartError',
  'ManifestError',
  'KubeConfigError',
  'ConnectionError',
  'StatusError',
  'GatewayAnswerError',
  'PluginChoiceError',
  'FeatureError',
  'ScaffoldError',
])

/** One line for the user. Only an unexpected error shows its stack. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, address } = error as NodeJS.ErrnoException & { readonly address?: string }
  if (code === 'EADDRNOTAVAIL') return `${address} is not an address of this machine: see --host`
  if (code === 'ENOTFOUND') return `${error.message}: check --host and the network`
  return foreseen.has(error.name) ? error.message : (error.stack ?? error.message)
}

/** Whether a command has only ended because it was asked to, before it had started. */
export function isStop(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error === signal.reason
}
