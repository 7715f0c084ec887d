import type { Clock, Logger } from '@fairlead/base'
import { secretNamesOf } from '@fairlead/config'
import type { Client } from '@fairlead/controller-runtime'
import type { SecretSource } from '@fairlead/gateway'
import { secretText } from '@fairlead/kube-core'
import { Secret } from '@fairlead/kube-types'
import type { Snapshot } from '@fairlead/snapshot'
import { NamedObjects } from './named-objects.ts'

interface NamedSecretsOptions {
  readonly client: Client
  readonly clock: Clock
  readonly logger: Logger
}

/** The Secrets that a snapshot names, each read and watched by its name. */
export class NamedSecrets implements SecretSource {
  readonly #secrets: NamedObjects<Secret>

  constructor(options: NamedSecretsOptions) {
    this.#secrets = new NamedObjects({ ...options, type: Secret, namesOf: secretNamesOf })
  }

  get({ namespace, name, key }: Parameters<SecretSource['get']>[0]): string | undefined {
    return secretText(this.#secrets.get({ namespace, name }), key)
  }

  subscribe(listener: () => void): () => void {
    return this.#secrets.subscribe(listener)
  }

  /** See `NamedObjects.follow`. */
  follow(snapshot: Snapshot | undefined, signal: AbortSignal): Promise<void> {
    return this.#secrets.follow(snapshot, signal)
  }

  /** See `NamedObjects.keepOnly`. */
  keepOnly(snapshot: Snapshot | undefined): void {
    this.#secrets.keepOnly(snapshot)
  }
}
