import type { ResourceType, TypedObject } from '@fairlead/kube-core'

import type { AdmissionHandler } from './admission-handler.ts'
import type { AdmissionOperation } from './admission-request.ts'
import { type Defaulter, defaultingHandler } from './defaulting-handler.ts'
import type { RegisteredAdmission, WebhookOptions } from './registered-webhook.ts'
import { type ScaleReader, scaleHandler } from './scale-handler.ts'
import { judgedOperations, validatingHandler, type Validator } from './validating-handler.ts'
import { mutatePath, validatePath } from './webhook-path.ts'
import type { WebhookRegistry } from './webhook-registry.ts'

/** What webhooks are added to: a manager. */
export interface WebhookHost {
  readonly webhooks: Pick<WebhookRegistry, 'admits'>
  /** Reads objects that are scaled; only needed for that. */
  readonly client?: ScaleReader
}

/** How the API server is to call a validator. */
export interface ValidatorOptions extends WebhookOptions {
  /**
   * Whether `update` also judges what `kubectl scale` and autoscalers write, which is the subresource
   * `scale`: it is given the object as it is, and with other replicas, and `request.subResource` tells.
   * The operator must be allowed to `get` the object. Defaults to false, as in Go: then scaling passes
   * unseen.
   */
  readonly scale?: boolean
}

/**
 * Declares the admission webhooks of a kind.
 *
 * ```ts
 * webhookBuilder(manager)
 *   .for(DatabaseCluster)
 *   .defaults((cluster) => withDefaults(cluster))
 *   .validates({ create: (cluster) => ({ errors: mistakesIn(cluster) }) })
 *   .build()
 * ```
 */
export function webhookBuilder(host: WebhookHost): {
  /** The kind, in the version in which the webhooks are to see it. */
  for<T extends TypedObject>(type: ResourceType<T>): WebhookBuilder<T>
} {
  return { for: (type) => new WebhookBuilder(host, type) }
}

/** The webhooks of one kind; see `webhookBuilder`. */
export class WebhookBuilder<T extends TypedObject> {
  readonly #host: WebhookHost
  readonly #type: ResourceType<T>
  #mutating: (() => void) | undefined
  #validating: (() => void) | undefined
  #scaling: (() => void) | undefined

  constructor(host: WebhookHost, type: ResourceType<T>) {
    this.#host = host
    this.#type = type
  }

  /** Called before objects of the kind are created or updated. At most once. */
  defaults(defaulter: Defaulter<T>, options: WebhookOptions = {}): this {
    if (this.#mutating !== undefined) {
      throw new Error('defaults() may only be called once: call one defaulter from the other')
    }
    const webhook = this.#webhook('mutating', ['CREATE', 'UPDATE'], options)
    this.#mutating = this.#adding(webhook, defaultingHandler(this.#type, defaulter))
    return this
  }

  /** Called after that, for what the validator judges. At most once. */
  validates(validator: Validator<T>, { scale = false, ...options }: ValidatorOptions = {}): this {
    if (this.#validating !== undefined) {
      throw new Error('validates() may only be called once: call one validator from the other')
    }
    if (options.reinvocationPolicy !== undefined) {
      throw new Error('reinvocationPolicy is for defaults(): validators are called once')
    }
    const operations = judgedOperations(validator)
    if (operations.length === 0) {
      throw new Error('a validator needs at least one function: create, update or delete')
    }
    const webhook = this.#webhook('validating', operations, options)
    this.#validating = this.#adding(webhook, validatingHandler(this.#type, validator))
    if (scale) {
      const { client } = this.#host
      if (client === undefined) throw new Error('to judge scaling, a client must read the objects')
      const handler = scaleHandler(this.#type, validator, client)
      this.#scaling = this.#adding(ofScale(webhook, this.#type), handler)
    }
    return this
  }

  /** Adds what was declared to the manager. */
  build(): void {
    if (this.#mutating === undefined && this.#validating === undefined) {
      throw new Error(
        `no webhook is declared for ${this.#type.kind}: call defaults() or validates() before build()`,
      )
    }
    this.#mutating?.()
    this.#validating?.()
    this.#scaling?.()
  }

  #adding(webhook: RegisteredAdmission, handler: AdmissionHandler): () => void {
    return () => this.#host.webhooks.admits(webhook, handler)
  }

  #webhook(
    sort: 'mutating' | 'validating',
    operations: readonly AdmissionOperation[],
    { path, ...options }: WebhookOptions,
  ): RegisteredAdmission {
    const type = this.#type
    const { group, version, plural } = type
    return {
      sort,
      path: path ?? (sort === 'mutating' ? mutatePath(type) : validatePath(type)),
      rules: [{ operations, apiGroups: [group], apiVersions: [version], resources: [plural] }],
      type,
      options,
    }
  }
}

/** The webhook of the subresource beside that of the kind. */
function ofScale(webhook: RegisteredAdmission, type: ResourceType): RegisteredAdmission {
  const { group, version, kind, plural } = type
  const { name = `v${kind.toLowerCase()}-${version}.kb.io`, ...options } = webhook.options
  const resources = [`${plural}/scale`]
  return {
    sort: 'validating',
    path: `${webhook.path}-scale`,
    rules: [{ operations: ['UPDATE'], apiGroups: [group], apiVersions: [version], resources }],
    options: { ...options, name: `scale.${name}` },
  }
}
