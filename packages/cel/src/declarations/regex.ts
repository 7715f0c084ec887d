/** Kubernetes' functions that find matches of patterns. */
export const regexFunctions: readonly string[] = [
  '.find string_find_string(string, string) string',
  '.findAll string_find_all_string(string, string) list(string)',
  '.findAll string_find_all_string_int(string, string, int) list(string)',
]
