import { aborted, silentLogger } from '@fairlead/base'
import type { CallOptions, Client } from '@fairlead/controller-runtime'
import { errors, type KubernetesObject } from '@fairlead/kube-core'
import { expect, it } from 'vitest'
import { installCustomResourceDefinitions } from './install-crds.ts'

const established = { status: { conditions: [{ type: 'Established', status: 'True' }] } }
const definitions = 'customresourcedefinitions.apiextensions.k8s.io'

/** A server that has the definitions that were applied to it. */
function serverThat(behaves: {
  get: (options: CallOptions) => Promise<object>
  watch?: () => AsyncIterable<{ object: object }>
}): Client {
  const applied = new Set<string | undefined>()
  return {
    apply: (_: unknown, { metadata }: KubernetesObject) => {
      applied.add(metadata.name)
      return Promise.resolve()
    },
    get: (_: unknown, { name }: { name: string }, options: CallOptions = {}) =>
      applied.has(name) ? behaves.get(options) : Promise.reject(errors.notFound(definitions, name)),
    watch: behaves.watch,
  } as unknown as Client
}

it('a watch that merely ends is opened again', async () => {
  let watches = 0
  const client = serverThat({
    get: () => Promise.resolve(watches < 2 ? {} : established),
    async *watch() {
      if (++watches === 2) yield { object: established }
    },
  })
  await installCustomResourceDefinitions(client, silentLogger, new AbortController().signal)
  expect(watches).toBe(2)
})

it('a stop ends the question whether a definition is established', async () => {
  const stop = new AbortController()
  const asked = Promise.withResolvers<void>()
  const client = serverThat({
    async get({ signal }) {
      asked.resolve()
      await aborted(signal ?? new AbortController().signal)
      throw signal?.reason
    },
  })
  const installing = installCustomResourceDefinitions(client, silentLogger, stop.signal)
  await asked.promise
  const reason = new Error('stopped')
  stop.abort(reason)
  await expect(installing).rejects.toBe(reason)
})
