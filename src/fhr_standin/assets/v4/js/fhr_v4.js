// Starts the unified telemetry page: settings, month names, then what the browser has.
(function () {
    let months = null;

    function element(id) {
        return document.getElementById(id);
    }

    function showPings(pings) {
        let list = element("pings");
        list.textContent = "";
        let items = [for (ping of PingData.newestFirst(pings)) item(ping)];
        items.forEach(function (each) {
            list.appendChild(each);
        });
    }

    function item(ping) {
        let entry = document.createElement("li");
        entry.textContent = PingData.label(ping, months);
        entry.onclick = function () {
            Bridge.send("RequestTelemetryPingData", { id: ping.id });
        };
        return entry;
    }

    function start(config) {
        if (!config || !config.fhr || config.fhr.debug === "true") {
            return;
        }
        Bridge.on("prefs", function (prefs) {
            element("sharing").textContent = prefs.enabled ? strings.on : strings.off;
        });
        Bridge.on("telemetry-current-environment-data", function (environment) {
            element("notice").textContent = strings.greeting;
            Table.show(element("table"), environment);
        });
        Bridge.on("telemetry-ping-list", showPings);
        Bridge.on("telemetry-ping-data", function (answer) {
            element("raw").textContent = JSON.stringify(answer.pingData, null, 2);
        });
        Bridge.listen();
        Bridge.send("RequestCurrentPrefs");
        Bridge.send("RequestCurrentEnvironment");
        Bridge.send("RequestTelemetryPingList");
    }

    Request.fresh("js/config.json", function (config) {
        Request.json("js/locale/date_format.json", function (formats) {
            let entry = formats && formats[document.documentElement.lang];
            months = entry ? entry.monthNameShort.split(",") : null;
            start(config);
        });
    });
}());
