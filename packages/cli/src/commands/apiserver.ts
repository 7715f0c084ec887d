import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { aborted } from '@fairlead/base'
import type { CommandContext } from '../command-context.ts'
import { serverSettings } from '../apiserver-settings.ts'
import { type OwnArguments, textFlag } from '../own-arguments.ts'
import { openDataDir } from '../data-dir.ts'
import { startEmbeddedApiServer } from '../embedded-api-server.ts'
import { borrowedSettings } from '../envtest/borrowed-flags.ts'
import { UsageError } from '../usage-error.ts'

/** The embedded Kubernetes API server alone, with a kubeconfig in the data directory or elsewhere. */
export async function apiserver(context: CommandContext): Promise<void> {
  const { options, own, print, signal, logger } = context
  const borrowed = borrowedSettings(own.borrowed ?? [])
  for (const reason of borrowed.needless) logger.warn(`no effect: ${reason}`)
  const settings = {
    ...serverSettings(own),
    ...borrowed.settings,
    ...kubeconfigFile(own),
    inMemory: own.flags['in-memory'] === true,
    stages: own.flags['stages'] === true,
  }
  const dataDir = isKeptElsewhere(settings)
    ? { path: resolve(options.dataDir), release: () => {} }
    : openDataDir(options.dataDir)
  try {
    const { server, kubeconfigPath } = await startEmbeddedApiServer(context, dataDir, settings)
    print(`The API server is ready at ${server.url}\n  export KUBECONFIG=${kubeconfigPath}\n`)
    await aborted(signal)
    await server.stop()
  } finally {
    dataDir.release()
  }
}

/** Nothing is written to the data directory, so it may be that of a Fairlead that runs. */
function isKeptElsewhere(settings: { inMemory: boolean; kubeconfigPath?: string }): boolean {
  return settings.inMemory && settings.kubeconfigPath !== undefined
}

/**
 * Where the kubeconfig is to be written, if that was said. Of other commands this flag names
 * one to read: somebody's own is not overwritten.
 * @throws UsageError
 */
function kubeconfigFile(own: OwnArguments): { readonly kubeconfigPath?: string } {
  const file = textFlag(own, 'kubeconfig')
  if (file === undefined) return {}
  const path = resolve(file)
  if (existsSync(path) && !readFileSync(path, 'utf8').includes('current-context: fairlead\n')) {
    throw new UsageError(
      `--kubeconfig: ${path} is there, and is not Fairlead's: fairlead apiserver writes its kubeconfig to that file, so choose another`,
    )
  }
  return { kubeconfigPath: path }
}
