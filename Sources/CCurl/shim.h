#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot call: one function for each kind of argument.

static inline CURLcode tandem_curl_set_long(CURL *curl, CURLoption option, long value) {
    return (curl_easy_setopt)(curl, option, value);
}

// curl copies the text.
static inline CURLcode tandem_curl_set_text(CURL *curl, CURLoption option, const char *text) {
    return (curl_easy_setopt)(curl, option, text);
}

// Also for CURLOPT_COPYPOSTFIELDS, whose bytes need not be text.
static inline CURLcode tandem_curl_set_pointer(CURL *curl, CURLoption option, const void *pointer) {
    return (curl_easy_setopt)(curl, option, pointer);
}

static inline CURLcode tandem_curl_set_size(CURL *curl, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(curl, option, value);
}

// A macro with a cast, which Swift does not import.
static const long tandem_curl_auth_basic = CURLAUTH_BASIC;

// Of CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION.
typedef size_t (*tandem_curl_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode tandem_curl_set_callback(CURL *curl, CURLoption option, tandem_curl_callback callback) {
    return (curl_easy_setopt)(curl, option, callback);
}

// Of CURLOPT_OPENSOCKETFUNCTION.
typedef curl_socket_t (*tandem_curl_opener)(void *context, curlsocktype purpose, struct curl_sockaddr *address);

static inline CURLcode tandem_curl_set_opener(CURL *curl, tandem_curl_opener opener) {
    return (curl_easy_setopt)(curl, CURLOPT_OPENSOCKETFUNCTION, opener);
}

// Copies the address's bytes, in network order, and returns how many: 4, 16, or 0 for what is no whole Internet address.
// `addr` is the beginning of as many bytes as `addrlen` says: family and port, then with IPv4 the address, with IPv6 its flow
// (4 bytes) and the address.
static inline size_t tandem_curl_get_address(const struct curl_sockaddr *address, unsigned char bytes[16]) {
    const unsigned char *whole = (const unsigned char *)&address->addr;
    const size_t first = address->family == AF_INET ? 4 : address->family == AF_INET6 ? 8 : 0;
    const size_t count = first == 0 ? 0 : first == 4 ? 4 : 16;
    if (count == 0 || address->addrlen < first + count) return 0;
    for (size_t i = 0; i < count; i++) bytes[i] = whole[first + i];
    return count;
}

static inline CURLcode tandem_curl_get_long(CURL *curl, CURLINFO info, long *value) {
    return (curl_easy_getinfo)(curl, info, value);
}

static inline CURLcode tandem_curl_get_size(CURL *curl, CURLINFO info, curl_off_t *value) {
    return (curl_easy_getinfo)(curl, info, value);
}

static inline CURLcode tandem_curl_get_socket(CURL *curl, curl_socket_t *value) {
    return (curl_easy_getinfo)(curl, CURLINFO_ACTIVESOCKET, value);
}
