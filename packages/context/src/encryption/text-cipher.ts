import { parseJson } from '@fairlead/base'
import { decrypt, encrypt } from './encryption-key.ts'

/** What encrypted texts begin with; version 1 is AES-256-GCM. */
const mark = 'ccp-sealed-1:'

/** Encrypts what is kept of one subject. Without a key, because that is gone, it only says so. */
export class TextCipher {
  readonly #key: Buffer | undefined

  constructor(key: Buffer | undefined) {
    this.#key = key
  }

  /** Whether its key has been erased, or was never made. */
  get isGone(): boolean {
    return this.#key === undefined
  }

  /** A value as encrypted JSON. `context` says where it stands: elsewhere it cannot be read. */
  seal(value: unknown, context: string): string {
    if (this.#key === undefined) throw new Error('the key of what is to be encrypted is gone')
    const plain = Buffer.from(JSON.stringify(value))
    return `${mark}${encrypt(this.#key, plain, context).toString('base64')}`
  }

  /**
   * The value that was sealed. Throws `KeyGone` where the key has been erased, and `WrongKey` for another
   * key or context, and for what was changed.
   */
  open(text: string, context: string): unknown {
    if (this.#key === undefined) throw new KeyGone()
    const sealed = Buffer.from(text.slice(mark.length), 'base64')
    let plain: Buffer
    try {
      plain = decrypt(this.#key, sealed, context)
    } catch (cause) {
      throw new WrongKey(cause)
    }
    return parseJson(plain.toString())
  }
}

/** What was encrypted cannot be read any more by anybody: its subject has been erased. */
export class KeyGone extends Error {
  override readonly name = 'KeyGone'

  constructor() {
    super('its key is gone: its subject has been erased')
  }
}

/** What was encrypted is of another key than the one at hand, or was changed. */
export class WrongKey extends Error {
  override readonly name = 'WrongKey'

  constructor(cause: unknown) {
    super(
      'what the store holds cannot be decrypted with its key: it is of another key, or was changed',
      {
        cause,
      },
    )
  }
}

/** Whether a text was made by `seal`. */
export function isSealedText(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith(mark)
}

/** The value that was sealed; undefined where its key is gone. Throws `WrongKey` as `TextCipher.open`. */
export function openUnlessGone(text: string, context: string, cipher: TextCipher): unknown {
  try {
    return cipher.open(text, context)
  } catch (error) {
    if (error instanceof KeyGone) return undefined
    throw error
  }
}
