/** Lists as sets. */
export const setFunctions: readonly string[] = [
  'sets.contains list_sets_contains_list(list(T), list(T)) bool',
  'sets.equivalent list_sets_equivalent_list(list(T), list(T)) bool',
  'sets.intersects list_sets_intersects_list(list(T), list(T)) bool',
]
