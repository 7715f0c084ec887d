/** A Map that refuses changes after it was made: Object.freeze does not reach a Map's entries. */
class FrozenMap<K, V> extends Map<K, V> {
  constructor(entries: Iterable<readonly [K, V]>) {
    super()
    for (const [key, value] of entries) super.set(key, value)
    Object.freeze(this)
  }

  override set(): never {
    throw new TypeError('A snapshot cannot be changed; compile a new one')
  }

  override delete(): never {
    throw new TypeError('A snapshot cannot be changed; compile a new one')
  }

  override clear(): never {
    throw new TypeError('A snapshot cannot be changed; compile a new one')
  }
}

export function frozenMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  return new FrozenMap(entries)
}
