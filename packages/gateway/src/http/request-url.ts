/** Path and query of a request, without the cost of a URL object for each call. */
export function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = url.indexOf('?')
  if (mark === -1) return { path: url, query: emptyQuery }
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) }
}

const emptyQuery = new URLSearchParams()
