import type { Client } from '@fairlead/controller-runtime'
import { ConfigMap } from '@fairlead/kube-types'

/** A little more than the API server keeps of changes. */
const changes = 12_000
/** With so many fields it takes as much memory as what changes most often: an LLMGateway's status. */
const fields = 50
const text = 'x'.repeat(100)
const atOnce = 16

/**
 * Changes an object that nobody reads until the API server keeps no more changes than it has. What
 * it keeps for watches that reconnect has a bound, but at the pace of a soak it takes an hour to
 * reach it.
 */
export async function fillWatchHistory(client: Client): Promise<void> {
  const metadata = { namespace: 'default', name: 'soak' }
  await client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
  let left = changes
  const change = async () => {
    while ((left -= 1) > 0) {
      const names = Array.from({ length: fields }, (_, field) => `field-${field}`)
      const data = Object.fromEntries(names.map((name) => [name, `${left} ${text}`]))
      await client.patch(ConfigMap, metadata, { type: 'merge', body: { data } })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, change))
}
