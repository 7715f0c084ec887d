import { isExpired } from '@fairlead/kube-core'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Reader } from '../client/client.ts'
import type { InformerScope } from './informer.ts'

const pageSize = 500
const wholeListTimeoutMs = 120_000

/** Everything in the scope, page by page, with what `keep` makes of each object. */
export async function listPages<T extends TypedObject, Kept>(
  client: Reader,
  type: ResourceType<T>,
  scope: InformerScope,
  keep: (object: T) => Kept,
  signal: AbortSignal,
): Promise<{ items: Kept[]; resourceVersion: string }> {
  const items: Kept[] = []
  let token: string | undefined
  for (;;) {
    try {
      const page = await client.list(type, {
        ...scope,
        signal,
        limit: pageSize,
        ...(token === undefined ? {} : { continue: token }),
      })
      for (const item of page.items) items.push(keep(item))
      token = page.metadata.continue
      if (!token) return { items, resourceVersion: page.metadata.resourceVersion ?? '' }
    } catch (error) {
      if (token === undefined || !isExpired(error)) throw error
      // The version expired between two pages: list everything in one request.
      const whole = await client.list(type, { ...scope, signal, timeoutMs: wholeListTimeoutMs })
      const { resourceVersion = '' } = whole.metadata
      return { items: whole.items.map((item) => keep(item)), resourceVersion }
    }
  }
}
