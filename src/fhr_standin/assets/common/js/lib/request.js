// Reads JSON over XHR. Says null when there is none to be had, so that callers decide what to show.
var Request = {
    json: function (url, done) {
        var xhr = new XMLHttpRequest();
        xhr.open("GET", url, true);
        xhr.onload = function () {
            var value = null;
            if (xhr.status === 200) {
                try {
                    value = JSON.parse(xhr.responseText);
                } catch (error) {
                    value = null;
                }
            }
            done(value);
        };
        xhr.onerror = function () {
            done(null);
        };
        xhr.send();
    },
    // The browser must not answer from its cache: settings change under an open page.
    fresh: function (url, done) {
        this.json(url + "?" + Math.random().toString(36).slice(2), done);
    }
};
