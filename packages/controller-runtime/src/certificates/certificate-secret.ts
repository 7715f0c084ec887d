import { type Clock, type Logger } from '@fairlead/base'
import { isAlreadyExists, isConflict, isNotFound } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'

import type { Client } from '../client/client.ts'
import type { CertificateLifetimes } from './certificate-lifetimes.ts'
import { planCertificates } from './certificate-plan.ts'
import { certificatesIn, secretDataOf, type StoredCertificates } from './stored-certificates.ts'

/** Which Secret certificates are kept in. */
export interface SecretName {
  readonly namespace: string
  readonly name: string
}

interface CertificateSecretOptions {
  readonly client: Client
  readonly secret: SecretName
  readonly hosts: readonly string[]
  readonly lifetimes: CertificateLifetimes
  readonly clock: Pick<Clock, 'now'>
  readonly logger: Logger
}

/** The Secret is somebody else's: it is left as it is. */
export class ForeignSecretError extends Error {
  override readonly name = 'ForeignSecretError'
}

const managedBy = 'app.kubernetes.io/managed-by'
const us = 'controller-runtime-webhook-certificates'
/** Also on a Secret that others manage, such as one that Helm has made for us and labels at each upgrade. */
const filledByUs = 'controller-runtime/webhook-certificates'
const fieldManager = 'webhook-certificates'
/** Others may write at the same time; the second time, one sees what they wrote. */
const attemptsMax = 5

/**
 * The certificates that a Secret holds, after it was brought to what it should hold now. Several may
 * do this at once: one writes, and the others take what it wrote.
 * @throws ForeignSecretError for a Secret that somebody else made and filled; StatusError,
 * ConnectionError and DeadlineError of the API server
 */
export async function currentCertificates(
  options: CertificateSecretOptions,
  signal: AbortSignal,
): Promise<StoredCertificates> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readAndRenew(options, signal)
    } catch (error) {
      const isLate = isConflict(error) || isAlreadyExists(error)
      if (!isLate || attempt === attemptsMax) throw error
    }
  }
}

async function readAndRenew(
  options: CertificateSecretOptions,
  signal: AbortSignal,
): Promise<StoredCertificates> {
  const { client, secret, hosts, lifetimes, clock, logger } = options
  const found = await existing(client, secret, signal)
  if (found !== undefined) checkOwner(found)
  const { certificates, changes } = planCertificates(certificatesIn(found?.data ?? {}), {
    hosts,
    lifetimes,
    nowMs: clock.now(),
  })
  if (changes.length === 0) return certificates
  const data = secretDataOf(certificates)
  if (found === undefined) {
    await client.create(Secret, newSecret(secret, data), { fieldManager, signal })
  } else {
    await client.update(Secret, { ...labelled(found), data }, { fieldManager, signal })
  }
  logger.info({ secret, changes }, 'certificates of webhooks were renewed')
  return certificates
}

async function existing(
  client: Client,
  secret: SecretName,
  signal: AbortSignal,
): Promise<Secret | undefined> {
  try {
    return await client.get(Secret, secret, { signal })
  } catch (error) {
    if (isNotFound(error)) return undefined
    throw error
  }
}

/** One without data may have been made for us, so that its name can stand in a Role. */
function checkOwner({ metadata, data }: Secret): void {
  const { labels } = metadata
  if (labels?.[managedBy] === us || labels?.[filledByUs] === 'true') return
  if (Object.keys(data ?? {}).length === 0) return
  throw new ForeignSecretError(
    `the Secret ${metadata.namespace}/${metadata.name} holds something else: it has no label ${managedBy}=${us}. Name another Secret for the certificates of the webhooks, or delete this one`,
  )
}

function newSecret({ namespace, name }: SecretName, data: Record<string, string>): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, labels: { [managedBy]: us, [filledByUs]: 'true' } },
    type: 'Opaque',
    data,
  }
}

function labelled(secret: Secret): Secret {
  const { metadata } = secret
  const labels = { [managedBy]: us, ...metadata.labels, [filledByUs]: 'true' }
  return { ...secret, metadata: { ...metadata, labels } }
}
