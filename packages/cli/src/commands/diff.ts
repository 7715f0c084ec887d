import { createClient } from '@fairlead/controller-runtime'
import { clusterConfig } from '../cluster-config.ts'
import type { CommandContext } from '../command-context.ts'
import { CommandFailure } from '../command-failure.ts'
import { counted } from '../counted.ts'
import { loadManifests } from '../load-manifests.ts'
import { diffManifests, type ManifestChange } from '../manifest-diff/diff-manifests.ts'
import { textFlag } from '../own-arguments.ts'
import { readEndpoints } from '../running-gateway.ts'
import { UsageError } from '../usage-error.ts'

/** Longest value that is shown. */
const valueLengthMax = 200

/** Says what applying a folder would change. Rejects with CommandFailure if it would change something. */
export async function diff(context: CommandContext): Promise<void> {
  const { environment, options, own, print, signal } = context
  const [folder, ...rest] = own.words
  if (folder === undefined || rest.length > 0) {
    throw new UsageError('expected the DIR of the manifests; see fairlead diff --help')
  }
  const manifests = loadManifests(folder)
  const kubeconfig = options.kubeconfig ?? readEndpoints(options.dataDir)?.kubeconfig
  const config = clusterConfig({ kubeconfig }, environment)
  const client = createClient(config)
  const changes: ManifestChange[] = []
  try {
    const found = diffManifests(manifests, {
      client,
      fieldManager: textFlag(own, 'field-manager') ?? 'kubectl',
      namespace: textFlag(own, 'namespace') ?? config.namespace ?? 'default',
      signal,
    })
    for await (const change of found) changes.push(change)
  } finally {
    await client.close()
  }
  const differing = changes.filter(({ change }) => change !== 'none')
  print(
    options.call.output === 'json'
      ? `${JSON.stringify(changes, null, 2)}\n`
      : differing.map(textOf).join(''),
  )
  if (differing.length > 0) {
    throw new CommandFailure(
      `${differing.length} of ${counted(changes.length, 'object')} would change, or cannot be compared`,
    )
  }
  if (options.call.output !== 'json') print(`${counted(changes.length, 'object')}: no difference\n`)
}

const verbs: Readonly<Record<ManifestChange['change'], string>> = {
  none: 'stays as it is',
  made: 'would be made',
  changed: 'would change',
  refused: 'would be refused',
  unknown: 'is not known',
}

function textOf({ change, fields, file, object, reason }: ManifestChange): string {
  const lines = fields.map(({ field, from, to }) => `  ${field}: ${shown(from)} -> ${shown(to)}\n`)
  const why = reason === undefined ? '' : `: ${reason}`
  return `${object} (${file}) ${verbs[change]}${why}\n${lines.join('')}`
}

function shown(value: unknown): string {
  if (value === undefined) return '(none)'
  const text = JSON.stringify(value)
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text
}
