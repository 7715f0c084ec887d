import { Consumer } from '@fairlead/api'
import type { Client } from '@fairlead/controller-runtime'
import { isNotFound, secretText } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import { UsageError } from './usage-error.ts'

/**
 * The first API key of a Consumer that a Secret has and that has not expired. Throws a UsageError if
 * there is none, for one whose keys are only stored as SHA-256 too.
 */
export async function consumerKey(
  name: { readonly namespace: string; readonly name: string },
  client: Client,
  nowMs: number,
  signal: AbortSignal,
): Promise<string> {
  const shown = `${name.namespace}/${name.name}`
  const consumer = await client.get(Consumer, name, { signal }).catch((error: unknown) => {
    if (isNotFound(error)) throw new UsageError(`--consumer: there is no Consumer ${shown}`)
    throw error
  })
  for (const { secretRef, expiresAt } of consumer.spec.apiKeys) {
    if (secretRef === undefined) continue
    if (expiresAt !== undefined && Date.parse(expiresAt) <= nowMs) continue
    const at = { namespace: secretRef.namespace ?? name.namespace, name: secretRef.name }
    const secret = await client.get(Secret, at, { signal }).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    const key = secret === undefined ? undefined : secretText(secret, secretRef.key)?.trim()
    if (key !== undefined && key !== '') return key
  }
  throw new UsageError(
    `--consumer: no Secret has a valid key of the Consumer ${shown}; give one with FAIRLEAD_API_KEY instead`,
  )
}
