import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'

/** A key from a Secret, with which the keys of subjects are wrapped. */
export interface EncryptionKey {
  /** Tells keys apart without saying what they are: a digest, cut. */
  readonly id: string
  readonly bytes: Buffer
}

/** A key as it is kept: readable only with the key that wrapped it. */
export interface WrappedKey {
  /** The id of the key that wrapped it. */
  readonly by: string
  /** Base64. */
  readonly key: string
}

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** Reads 32 bytes in base64, as `openssl rand -base64 32` writes them. Throws an Error without the key. */
export function readEncryptionKey(text: string): EncryptionKey {
  const bytes = Buffer.from(text.trim(), 'base64')
  const isWhole = /^[A-Za-z0-9+/_-]+={0,2}$/.test(text.trim()) && bytes.length === keyBytes
  if (!isWhole) {
    throw new Error(
      'the key of the encryption is not 32 bytes in base64: make one with openssl rand -base64 32',
    )
  }
  return {
    id: hash('sha256', Buffer.concat([Buffer.from('fairlead key id\0'), bytes])).slice(0, 12),
    bytes,
  }
}

/** A new key of the length that all have. */
export function newKey(): Buffer {
  return randomBytes(keyBytes)
}

/** Wraps a key. `context` says whose it is: for anybody else's it cannot be taken. */
export function wrapKey({ id, bytes }: EncryptionKey, key: Buffer, context: string): WrappedKey {
  return { by: id, key: encrypt(bytes, key, context).toString('base64') }
}

/** The key that was wrapped. Throws an Error where it was wrapped by another key or is not whole. */
export function unwrapKey({ bytes }: EncryptionKey, { key }: WrappedKey, context: string): Buffer {
  return decrypt(bytes, Buffer.from(key, 'base64'), context)
}

/** AES-256-GCM: nonce, what is encrypted, tag. */
export function encrypt(key: Buffer, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

/** The reverse of `encrypt`. Throws an Error for another key or context, and for what was changed. */
export function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  if (sealed.length < nonceBytes + tagBytes) throw new Error('what is encrypted is not whole')
  const end = sealed.length - tagBytes
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes))
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(end))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes, end)), decipher.final()])
}
