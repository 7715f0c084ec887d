import type { Clock, Logger, Timer } from '@fairlead/base'
import {
  openConversationStore,
  RenewedStore,
  type ContextStore,
  type StoreSettings,
  type StoreType,
} from '@fairlead/context'
import type { SecretSource } from '@fairlead/gateway'
import type { ConversationStoreSettings, StoreServerSettings } from '@fairlead/snapshot'
import { withEncryption } from './encryption-of-secret.ts'

/** How long an operation on a server may take, connecting included. */
const deadlineMs = 2000
/** How often a changed Secret that does not serve is tried again. */
const retryIntervalMs = 5000

interface StoreOfSecretsOptions {
  readonly settings: Omit<ConversationStoreSettings, 'generation'>
  readonly dataDir: string
  /** As of `StoreSettings`. */
  readonly member: string
  readonly secrets: SecretSource
  readonly clock: Clock
  readonly logger: Logger
  readonly types?: readonly StoreType[]
}

/** What the Secrets of a store say. */
type SecretValues = Pick<NonNullable<StoreSettings['server']>, 'url' | 'ca'>

/**
 * Opens the store of a ConversationStore, and follows the Secrets that name its server: with other
 * values it is opened anew, as the same member, and the earlier opening is closed when that one serves.
 * Rejects when it cannot be opened.
 */
export async function openStoreOfSecrets(options: StoreOfSecretsOptions): Promise<ContextStore> {
  const { server } = options.settings
  if (server === undefined) return withEncryption(await open(options, undefined), options)
  const values = readSecrets(options, server)
  const opened = await open(options, { ...server, ...values })
  return withEncryption(new FollowingStore(options, server, values, opened).store, options)
}

class FollowingStore {
  readonly store: ContextStore
  readonly #options: StoreOfSecretsOptions
  readonly #server: StoreServerSettings
  readonly #renewed: RenewedStore
  readonly #unsubscribe: () => void
  /** What the store was opened with. */
  #used: SecretValues
  /** What could not be used and was told of. */
  #told: string | undefined
  #following: Promise<void> = Promise.resolve()
  #retry: Timer | undefined
  #closed = false

  constructor(
    options: StoreOfSecretsOptions,
    server: StoreServerSettings,
    used: SecretValues,
    opened: ContextStore,
  ) {
    this.#options = options
    this.#server = server
    this.#used = used
    this.#renewed = new RenewedStore(opened)
    const { store } = this.#renewed
    const close = () => this.#close()
    this.store = new Proxy(store, {
      get: (target, property): unknown =>
        property === 'close' ? close : Reflect.get(target, property),
    })
    this.#unsubscribe = options.secrets.subscribe(() => this.#follow())
    // It may have changed while the store was being opened.
    this.#follow()
  }

  #follow(): void {
    this.#retry?.cancel()
    this.#following = this.#following.then(() => this.#useNewest())
  }

  async #useNewest(): Promise<void> {
    if (this.#closed) return
    const { namespace, name } = this.#options.settings
    const conversationStore = `${namespace}/${name}`
    try {
      const values = readSecrets(this.#options, this.#server)
      if (values.url === this.#used.url && values.ca === this.#used.ca) return
      await this.#renewed.renew(await open(this.#options, { ...this.#server, ...values }))
      this.#used = values
      this.#told = undefined
      this.#options.logger.info({ conversationStore }, 'the changed Secret of the store is used')
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (this.#told !== message) {
        this.#options.logger.error(
          { conversationStore, err: error },
          'the changed Secret of the store cannot be used: the earlier connection goes on',
        )
      }
      this.#told = message
      if (this.#closed) return
      this.#retry = this.#options.clock.setTimer(retryIntervalMs, () => this.#follow())
    }
  }

  async #close(): Promise<void> {
    this.#closed = true
    this.#unsubscribe()
    this.#retry?.cancel()
    await this.#following
    await this.#renewed.store.close()
  }
}

/** Throws, with a message for who writes the ConversationStore, where there is no value. */
function readSecrets(
  { secrets, settings }: StoreOfSecretsOptions,
  { url, ca }: StoreServerSettings,
): SecretValues {
  const owner = `ConversationStore ${settings.namespace}/${settings.name}`
  if (url === undefined) throw new Error(`${owner} may not use its Secrets: see ResolvedRefs`)
  const valueOf = (ref: typeof url) => {
    const value = secrets.get(ref)?.trim() ?? ''
    if (value !== '') return value
    throw new Error(
      `${owner}: there is no Secret ${ref.namespace}/${ref.name} with a key "${ref.key}"`,
    )
  }
  return { url: valueOf(url), ca: ca && valueOf(ca) }
}

function open(
  { settings, dataDir, member, clock, logger, types }: StoreOfSecretsOptions,
  server: (Omit<StoreServerSettings, 'url' | 'ca'> & SecretValues) | undefined,
): Promise<ContextStore> {
  const { namespace, name, type, path, ttlMs } = settings
  return openConversationStore(
    {
      namespace,
      name,
      type,
      path,
      server: server && { ...server, deadlineMs },
      ttlMs,
      dataDir,
      member,
    },
    { clock, logger, ...(types === undefined ? {} : { types }) },
  )
}
