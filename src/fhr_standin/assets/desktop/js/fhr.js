// Starts the page: settings first, then the browser's preferences, then its payload.
(function () {
    var asked = false;

    function element(id) {
        return document.getElementById(id);
    }

    function showPrefs(prefs) {
        element("sharing").className = prefs.enabled ? "on" : "off";
        element("sharing").querySelector("span").textContent = prefs.enabled
            ? strings.on
            : strings.off;
        element("sharing").querySelector("img").src = prefs.enabled ? "img/on.png" : "img/off.png";
        element("toggle").textContent = prefs.enabled ? strings.off : strings.on;
        element("toggle").onclick = function () {
            Bridge.send(prefs.enabled ? "DisableDataSubmission" : "EnableDataSubmission");
            Bridge.send("RequestCurrentPrefs");
        };
        if (!asked) {
            asked = true;
            Bridge.send("RequestCurrentPayload");
        }
    }

    function showPayload(text) {
        var payload = typeof text === "string" ? Data.parse(text) : text;
        if (!payload) {
            return;
        }
        var months = Data.sessionsByMonth(payload);
        document.body.className = "";
        element("notice").textContent = strings.greeting;
        element("sessions").textContent = months.reduce(function (a, b) {
            return a + b;
        }, 0);
        element("crashes").textContent = Data.sum(
            payload, "org.mozilla.crashes.crashes", ["submitted", "pending"]
        );
        element("raw").textContent = JSON.stringify(payload, null, 2);
        Graph.draw(element("graph"), months);
    }

    function start(config) {
        if (!config || !config.fhr) {
            return;
        }
        if (config.fhr.debug === "true") {
            Request.json(config.fhr.jsonurl, showPayload);
            return;
        }
        Bridge.on("prefs", showPrefs);
        Bridge.on("payload", showPayload);
        Bridge.on("error", function () {
            element("notice").textContent = strings.waiting;
        });
        Bridge.listen();
        Bridge.send("RequestCurrentPrefs");
    }

    Request.fresh("js/config.json", function (config) {
        Graph.load(function () {
            start(config);
        });
    });
}());
