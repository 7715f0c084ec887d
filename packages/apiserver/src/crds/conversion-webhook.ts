import { randomUUID } from 'node:crypto'

import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import { errors, StatusError, type KubernetesObject } from '@fairlead/kube-core'

import { BodyError } from '../decoding/body-error.ts'
import { withGoNumbers } from '../decoding/json-text.ts'
import { parseClientConfig } from '../webhooks/client-config.ts'
import type { WebhookClient } from '../webhooks/webhook-client.ts'
import { WebhookError } from '../webhooks/webhook-error.ts'
import { conversionReview, convertedObjects, kindText, reviewVersion } from './conversion-review.ts'
import { convertedObject, type PlaceInAnswer } from './converted-object.ts'

/** As the real server waits. */
const timeoutMs = 30_000

/** More objects, or longer ones, are sent in several questions. */
const batchObjectsMax = 500
const batchBytesMax = 4 * 1024 * 1024

/** Asks the webhook that a definition names to convert objects of its kind. */
export class ConversionWebhook {
  readonly #client: Pick<WebhookClient, 'call'>
  readonly #webhook: Readonly<Record<string, unknown>>

  /** @param webhook `spec.conversion.webhook` of a valid definition */
  constructor(client: Pick<WebhookClient, 'call'>, webhook: unknown) {
    this.#client = client
    this.#webhook = objectOrEmpty(webhook)
  }

  /**
   * The objects in another version, in the same order, one question after the other.
   * @throws StatusError 500 in the real server's words
   */
  async convert(
    objects: readonly KubernetesObject[],
    apiVersion: string,
  ): Promise<KubernetesObject[]> {
    const converted: KubernetesObject[] = []
    for (const batch of batchesOf(objects)) {
      converted.push(...(await this.#convertBatch(batch, apiVersion)))
    }
    return converted
  }

  async #convertBatch(
    batch: readonly KubernetesObject[],
    apiVersion: string,
  ): Promise<KubernetesObject[]> {
    const [first] = batch
    const kind = kindText(first?.apiVersion ?? '', first?.kind ?? '')
    const fail = (what: string, cause: unknown): StatusError =>
      errors.unclassified(`conversion webhook for ${kind} ${what}`, cause)
    const found = await this.#ask(batch, apiVersion).catch((error: unknown) => {
      throw error instanceof StatusError ? error : fail(`failed: ${messageOf(error)}`, error)
    })
    if (found.length !== batch.length) {
      throw fail(`returned ${found.length} objects, expected ${batch.length}`, undefined)
    }
    return batch.map((object, index) => {
      try {
        const place = batch.length === 1 ? alone : placeAt(index)
        return convertedObject(object, found[index], apiVersion, place)
      } catch (error) {
        throw fail(messageOf(error), error)
      }
    })
  }

  async #ask(batch: readonly KubernetesObject[], apiVersion: string): Promise<readonly unknown[]> {
    const version = reviewVersion(arrayOrEmpty(this.#webhook['conversionReviewVersions']))
    if (version === undefined) {
      throw errors.unclassified('no supported conversion review versions')
    }
    const uid = randomUUID()
    const question = conversionReview(version, uid, apiVersion, batch)
    const config = parseClientConfig(this.#webhook['clientConfig'])
    const answer = await this.#client.call(config, question, timeoutMs)
    return convertedObjects(withGoNumbers(answer), version, uid)
  }
}

const alone: PlaceInAnswer = {
  object: 'object',
  type: 'object at index 0',
  metadata: 'metadata',
}

function placeAt(index: number): PlaceInAnswer {
  const object = `converted object at index ${index}`
  return { object, type: object, metadata: `metadata in object at index ${index}` }
}

function* batchesOf(objects: readonly KubernetesObject[]): Generator<KubernetesObject[]> {
  let batch: KubernetesObject[] = []
  let bytes = 0
  for (const object of objects) {
    const { length } = JSON.stringify(object)
    if (batch.length === batchObjectsMax || (batch.length > 0 && bytes + length > batchBytesMax)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(object)
    bytes += length
  }
  if (batch.length > 0) yield batch
}

function messageOf(error: unknown): string {
  if (error instanceof WebhookError || error instanceof BodyError) return error.message
  return error instanceof Error ? error.message : String(error)
}
