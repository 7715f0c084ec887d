/** A longer text would make each row of the ledger costly; groups beyond it are left out. */
const lengthMax = 1024

/**
 * Groups as one text: sorted and joined by commas. A comma in a name is written `%2C`, a percent sign
 * `%25`, so that the names can be told apart. At most 1,024 characters, of whole names.
 */
export function joinedGroups(groups: Iterable<string>): string {
  let joined = ''
  for (const group of [...groups].map(escapedGroup).toSorted()) {
    const longer = joined === '' ? group : `${joined},${group}`
    if (longer.length > lengthMax) break
    joined = longer
  }
  return joined
}

/** The names in a text that `joinedGroups` has written. */
export function splitGroups(joined: string): readonly string[] {
  if (joined === '') return []
  return joined.split(',').map((group) => group.replaceAll('%2C', ',').replaceAll('%25', '%'))
}

/** A name as it stands in the joined text. */
export function escapedGroup(group: string): string {
  return group.replaceAll('%', '%25').replaceAll(',', '%2C')
}
