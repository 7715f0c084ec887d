import type { TextCipher } from './text-cipher.ts'

/** With whose key a conversation is encrypted. */
export interface ConversationCiphers {
  /** `creates`: for contents that are to be stored. */
  cipherOfConversation(tenant: string, id: string, creates?: boolean): Promise<TextCipher>
  /** Opens something of a conversation, as `Keyring.opening`. */
  opening<T>(tenant: string, id: string, open: (cipher: TextCipher) => T): Promise<T>
}
