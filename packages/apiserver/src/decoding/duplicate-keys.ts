import { goQuote } from '@fairlead/kube-core'

const messagesMax = 100

/** The keys that a YAML text has twice in one map, as a strict reader tells of them. */
export class DuplicateKeys {
  readonly messages: string[] = []

  /** Whether no more of them will be told. */
  get isFull(): boolean {
    return this.messages.length >= messagesMax
  }

  add(key: string, line: number): void {
    if (!this.isFull) this.messages.push(`line ${line}: key ${goQuote(key)} already set in map`)
  }
}
