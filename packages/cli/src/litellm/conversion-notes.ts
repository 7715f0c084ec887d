/**
 * How a setting fared. lost: it has no effect any more; changed: its effect differs; todo: something
 * has to be done before the manifests work; note: nothing has to be done.
 */
export type NoteSeverity = 'lost' | 'changed' | 'todo' | 'note'

/** What became of one setting, for whoever moves. Never has the value of a key. */
export interface ConversionNote {
  readonly severity: NoteSeverity
  /** Of the configuration, from 1. */
  readonly line: number
  /** Such as `router_settings.timeout`. */
  readonly setting: string
  readonly message: string
}

/** Where a setting stands. */
export interface SettingPlace {
  readonly line: number
  readonly path: string
}

/** The notes of one conversion. */
export class ConversionNotes {
  readonly #notes = new Map<string, ConversionNote>()

  /** Tells something once, however often it is found. */
  add(severity: NoteSeverity, { line, path }: SettingPlace, message: string): void {
    const key = `${line} ${path} ${message}`
    if (!this.#notes.has(key)) this.#notes.set(key, { severity, line, setting: path, message })
  }

  /** In the order of their lines. */
  inOrder(): readonly ConversionNote[] {
    return [...this.#notes.values()].toSorted((a, b) => a.line - b.line)
  }
}
